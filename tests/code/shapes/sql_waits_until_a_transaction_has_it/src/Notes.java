import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

public class Notes {
  private final DatabaseClient client;
  private final TransactionalOperator operator;

  public Notes(DatabaseClient client, TransactionalOperator operator) {
    this.client = client;
    this.operator = operator;
  }

  public Flux<String> together(String tenant) {
    return client.sql("SELECT set_config('app.tenant_id', :tenant, true)").bind("tenant", tenant).fetch().first()
        .thenMany(client.sql("SELECT region FROM docs").map(row -> row.get("region", String.class)).all())
        .as(operator::transactional);
  }

  public Mono<Long> wrapped(String tenant) {
    Mono<Long> change = client.sql("SELECT set_config('app.tenant_id', :tenant, true)").bind("tenant", tenant).fetch().first()
        .then(client.sql("UPDATE docs SET region = 'eu'").fetch().rowsUpdated());
    return operator.transactional(change);
  }

  public Mono<Long> alone(String tenant) {
    return client.sql("SELECT set_config('app.tenant_id', :tenant, true)").bind("tenant", tenant).fetch().first() // found: set-local-outside-transaction
        .then(client.sql("UPDATE docs SET region = 'eu'").fetch().rowsUpdated());
  }
}
