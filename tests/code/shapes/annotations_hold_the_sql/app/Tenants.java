package app;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;
public interface Tenants extends JpaRepository<Doc, Long> {
    @Query(value = "SELECT set_config('app.tenant_id', :tenant, false)", nativeQuery = true) // found: set-config-session
    String use(String tenant);
    @Query(value = "SELECT set_config('app.tenant_id', ?1, true)", nativeQuery = true)
    String useLocally(String tenant);
    @Query("SELECT d FROM Doc d")
    Doc all();
}
