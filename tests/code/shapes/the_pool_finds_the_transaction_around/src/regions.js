const { sequelize } = require('./database');

exports.inside = (tenantId) =>
  sequelize.transaction(async () => {
    await sequelize.query("SELECT set_config('app.tenant_id', :tenantId, true)", { replacements: { tenantId } });
    return sequelize.query('SELECT region FROM docs');
  });
