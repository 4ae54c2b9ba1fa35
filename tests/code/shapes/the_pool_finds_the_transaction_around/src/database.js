const { createNamespace } = require('cls-hooked');
const { Sequelize } = require('sequelize');

Sequelize.useCLS(createNamespace('transactions'));

exports.sequelize = new Sequelize(process.env.DATABASE_URL, { dialect: 'postgres' });
