package app;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
public interface TenantMapper {
    @Select("SELECT set_config('app.tenant_id', #{tenant}, true)")
    String local(String tenant);
    @Update("SET LOCAL app.tenant_id = '${tenant}'") // found: set-string-interpolation
    void pasted(String tenant);
}
