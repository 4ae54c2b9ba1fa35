module Scoped
  def keep(tenant)
    RowSecurity.apply(tenant.id, local: false)
    yield
  end

  def scope_to(tenant)
    ActiveRecord::Base.transaction do
      RowSecurity.apply(tenant.id, local: true)
      yield
    end
  end
end
