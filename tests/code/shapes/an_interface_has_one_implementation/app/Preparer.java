package app;
import java.sql.Connection;
import java.sql.SQLException;
public interface Preparer { Connection prepare(Connection c, String tenant) throws SQLException; }
