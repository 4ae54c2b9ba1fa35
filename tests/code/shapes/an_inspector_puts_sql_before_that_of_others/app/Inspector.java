package app;
import org.hibernate.resource.jdbc.spi.StatementInspector;
public class Inspector implements StatementInspector {
    @Override
    public String inspect(String sql) {
        return "SET LOCAL app.tenant_id = '" + Holder.id() + "'; " + sql; // found: set-string-interpolation
    }
}
