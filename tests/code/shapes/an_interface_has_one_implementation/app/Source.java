package app;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
public class Source {
    private final DataSource target;
    private final Preparer preparer;
    public Source(DataSource target, Preparer preparer) { this.target = target; this.preparer = preparer; }
    public Connection lend(String tenant) throws SQLException {
        return preparer.prepare(target.getConnection(), tenant);
    }
}
