class RemindJob < ApplicationJob
  def perform
    ActiveRecord::Base.connection.execute("SELECT id FROM docs") # found: query-without-context
  end
end
