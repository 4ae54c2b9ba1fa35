<?php

declare(strict_types=1);

namespace App\Repository;

use App\Shared\TenantSql;
use App\Shared\TenantTransactions;
use PDO;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Server\MiddlewareInterface;
use Psr\Http\Server\RequestHandlerInterface;

use function App\Shared\set_tenant;
use function App\Shared\with_tenant;

final class DocumentRepository
{
    public function __construct(
        private readonly PDO $pdo,
        private readonly TenantTransactions $tenants,
    ) {
    }

    // idiom: bare set
    public function bareSet(string $tenant): void
    {
        $this->pdo->exec("SET app.tenant_id = '$tenant'");
    }

    // idiom: set_config for the session
    public function sessionConfig(string $tenant): void
    {
        $statement = $this->pdo->prepare("SELECT set_config('app.tenant_id', :tenant, false)");
        $statement->execute(['tenant' => $tenant]);
    }

    // idiom: bound scope
    public function boundScope(string $tenant): void
    {
        $statement = $this->pdo->prepare('SELECT set_config(?, ?, ?)');
        $statement->execute(['app.tenant_id', $tenant, 'false']);
    }

    // idiom: local without a transaction
    public function localAlone(string $tenant): array
    {
        $statement = $this->pdo->prepare("SELECT set_config('app.tenant_id', ?, true)");
        $statement->execute([$tenant]);

        return $this->pdo->query('SELECT * FROM docs')->fetchAll(PDO::FETCH_ASSOC);
    }

    // idiom: local in a transaction
    public function local(string $tenant): array
    {
        $this->pdo->beginTransaction();
        try {
            $statement = $this->pdo->prepare("SELECT set_config('app.tenant_id', ?, true)");
            $statement->execute([$tenant]);
            $rows = $this->pdo->query('SELECT * FROM docs')->fetchAll(PDO::FETCH_ASSOC);
            $this->pdo->commit();

            return $rows;
        } catch (\Throwable $error) {
            $this->pdo->rollBack();
            throw $error;
        }
    }

    // idiom: pasted
    public function pasted(string $tenant): void
    {
        $this->pdo->beginTransaction();
        $this->pdo->exec("SET LOCAL app.tenant_id = '{$tenant}'");
        $this->pdo->commit();
    }

    // idiom: added
    public function added(string $tenant): void
    {
        $this->pdo->beginTransaction();
        $this->pdo->exec("SET LOCAL app.tenant_id = '" . $tenant . "'");
        $this->pdo->commit();
    }

    // idiom: a number
    public function typed(int $tenant): void
    {
        $this->pdo->beginTransaction();
        $this->pdo->exec("SET LOCAL app.tenant_id = '$tenant'");
        $this->pdo->commit();
    }

    // idiom: quoted
    public function quoted(string $tenant): void
    {
        $this->pdo->beginTransaction();
        $this->pdo->exec('SET LOCAL app.tenant_id = ' . $this->pdo->quote($tenant));
        $this->pdo->commit();
    }

    // idiom: a parameter in SET
    public function boundInSet(string $tenant): void
    {
        $this->pdo->beginTransaction();
        $statement = $this->pdo->prepare('SET LOCAL app.tenant_id = :tenant');
        $statement->bindValue(':tenant', $tenant);
        $statement->execute();
        $this->pdo->commit();
    }

    // idiom: reset at the end
    public function resetAtTheEnd(string $tenant): array
    {
        try {
            $statement = $this->pdo->prepare("SELECT set_config('app.tenant_id', ?, false)");
            $statement->execute([$tenant]);

            return $this->pdo->query('SELECT * FROM docs')->fetchAll();
        } finally {
            $this->pdo->exec('RESET app.tenant_id');
        }
    }

    // idiom: constant of another file
    public function constantElsewhere(string $tenant): void
    {
        $this->pdo->prepare(TenantSql::SET_TENANT)->execute([$tenant]);
    }

    // idiom: wrapper of another file
    public function wrapped(string $tenant): array
    {
        return with_tenant($this->pdo, $tenant, fn (PDO $pdo) => $pdo->query('SELECT * FROM docs')->fetchAll());
    }

    // idiom: loop over constants
    public function looped(string $tenant): void
    {
        foreach (['app.tenant_id', 'app.user_id'] as $name) {
            $this->pdo->prepare("SELECT set_config('$name', ?, false)")->execute([$tenant]);
        }
    }

    // idiom: wrapper of an injected service
    public function injected(string $tenant): array
    {
        return $this->tenants->run($tenant, function () {
            return $this->pdo->query('SELECT * FROM docs')->fetchAll();
        });
    }

    // idiom: role without reset
    public function act(): void
    {
        $this->pdo->exec('SET ROLE app_user');
    }

    // idiom: several lines
    public function severalLines(string $tenant, string $user): void
    {
        $sql = <<<'SQL'
            SELECT set_config('app.tenant_id', :tenant, false),
                   set_config('app.user_id', :user, false)
            SQL;
        $this->pdo->prepare($sql)->execute([':tenant' => $tenant, ':user' => $user]);
    }

    // idiom: built step by step
    public function built(string $tenant): void
    {
        $sql = 'SET LOCAL app.tenant_id = ';
        $sql .= "'" . $tenant . "'";
        $this->pdo->beginTransaction();
        $this->pdo->exec($sql);
        $this->pdo->commit();
    }

    // idiom: formatted
    public function formatted(string $tenant): void
    {
        $this->pdo->beginTransaction();
        $this->pdo->exec(sprintf("SET LOCAL app.tenant_id = '%s'", $tenant));
        $this->pdo->commit();
    }

    // idiom: helper in the transaction of its caller
    public function helped(string $tenant): void
    {
        $this->pdo->beginTransaction();
        set_tenant($this->pdo, $tenant);
        $this->pdo->exec('UPDATE docs SET owner = 1');
        $this->pdo->commit();
    }

    // idiom: joins a transaction if there is one
    public function joined(string $tenant): array
    {
        if (!$this->pdo->inTransaction()) {
            throw new \LogicException('The tenant is set in a transaction.');
        }
        $this->pdo->prepare("SELECT set_config('app.tenant_id', ?, true)")->execute([$tenant]);

        return $this->pdo->query('SELECT * FROM docs')->fetchAll();
    }

    // idiom: early return
    public function early(?string $tenant): array
    {
        $this->pdo->beginTransaction();
        if ($tenant === null) {
            $this->pdo->rollBack();

            return [];
        }
        $this->pdo->prepare("SELECT set_config('app.tenant_id', ?, true)")->execute([$tenant]);
        $rows = $this->pdo->query('SELECT * FROM docs')->fetchAll();
        $this->pdo->commit();

        return $rows;
    }
}

final class TenantMiddleware implements MiddlewareInterface
{
    public function __construct(private PDO $pdo)
    {
    }

    // idiom: middleware
    public function process(ServerRequestInterface $request, RequestHandlerInterface $handler): ResponseInterface
    {
        $statement = $this->pdo->prepare("SELECT set_config('app.tenant_id', ?, false)");
        $statement->execute([$request->getAttribute('tenant')]);

        return $handler->handle($request);
    }
}

// idiom: setting in the options of the connection
function connect(): PDO
{
    return new PDO("pgsql:host=db;dbname=shop;options='-c app.tenant_id=7'");
}
