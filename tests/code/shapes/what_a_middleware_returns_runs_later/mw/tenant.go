package mw
import ("database/sql"; "net/http")
func Tenant(db *sql.DB) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := db.Exec("SELECT set_config('app.tenant_id', $1, false)", r.Host); err != nil { // found: set-config-session
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
