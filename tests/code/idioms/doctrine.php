<?php

declare(strict_types=1);

namespace App\Repository;

use App\Shared\TenantBinderInterface;
use App\Shared\TenantScope;
use App\Shared\TenantSql;
use App\Shared\TenantTransactions;
use Doctrine\DBAL\Connection;
use Doctrine\DBAL\ParameterType;
use Doctrine\ORM\EntityManagerInterface;
use Symfony\Component\EventDispatcher\Attribute\AsEventListener;
use Symfony\Component\HttpKernel\Event\RequestEvent;
use Symfony\Component\HttpKernel\KernelEvents;

final class DocumentRepository
{
    public function __construct(
        private readonly Connection $connection,
        private readonly EntityManagerInterface $entityManager,
        private readonly TenantTransactions $tenants,
        private readonly TenantBinderInterface $binder,
    ) {
    }

    // idiom: bare set
    public function bareSet(string $tenant): void
    {
        $this->connection->executeStatement("SET app.tenant_id = '$tenant'");
    }

    // idiom: set_config for the session
    public function sessionConfig(string $tenant): void
    {
        $this->connection->executeQuery("SELECT set_config('app.tenant_id', :tenant, false)", ['tenant' => $tenant]);
    }

    // idiom: bound scope
    public function boundScope(string $tenant): void
    {
        $this->connection->executeQuery(
            'SELECT set_config(?, ?, ?)',
            ['app.tenant_id', $tenant, false],
            [ParameterType::STRING, ParameterType::STRING, ParameterType::BOOLEAN],
        );
    }

    // idiom: local without a transaction
    public function localAlone(string $tenant): int
    {
        $this->connection->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

        return (int) $this->connection->fetchOne('SELECT count(*) FROM docs');
    }

    // idiom: local in a transaction
    public function local(string $tenant): int
    {
        $this->connection->beginTransaction();
        try {
            $this->connection->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);
            $count = (int) $this->connection->fetchOne('SELECT count(*) FROM docs');
            $this->connection->commit();

            return $count;
        } catch (\Throwable $error) {
            $this->connection->rollBack();
            throw $error;
        }
    }

    // idiom: pasted
    public function pasted(string $tenant): void
    {
        $this->entityManager->wrapInTransaction(function (EntityManagerInterface $em) use ($tenant): void {
            $em->getConnection()->executeStatement("SET LOCAL app.tenant_id = '{$tenant}'");
        });
    }

    // idiom: added
    public function added(string $tenant): void
    {
        $this->connection->transactional(static function (Connection $connection) use ($tenant): void {
            $connection->executeStatement("SET LOCAL app.tenant_id = '" . $tenant . "'");
        });
    }

    // idiom: a number
    public function typed(int $tenant): void
    {
        $this->connection->transactional(static function (Connection $connection) use ($tenant): void {
            $connection->executeStatement("SET LOCAL app.tenant_id = '$tenant'");
        });
    }

    // idiom: quoted
    public function quoted(string $tenant): void
    {
        $this->connection->transactional(static function (Connection $connection) use ($tenant): void {
            $connection->executeStatement('SET LOCAL app.tenant_id = ' . $connection->quote($tenant));
        });
    }

    // idiom: a parameter in SET
    public function boundInSet(string $tenant): void
    {
        $this->connection->transactional(function () use ($tenant): void {
            $this->connection->executeStatement('SET LOCAL app.tenant_id = :tenant', ['tenant' => $tenant]);
        });
    }

    // idiom: reset at the end
    public function resetAtTheEnd(string $tenant): int
    {
        try {
            $this->connection->executeStatement("SELECT set_config('app.tenant_id', ?, false)", [$tenant]);

            return (int) $this->connection->fetchOne('SELECT count(*) FROM docs');
        } finally {
            $this->connection->executeStatement('RESET app.tenant_id');
        }
    }

    // idiom: constant of another file
    public function constantElsewhere(string $tenant): void
    {
        $this->connection->executeStatement(TenantSql::SET_TENANT, [$tenant]);
    }

    // idiom: wrapper of another file
    public function wrapped(string $tenant): int
    {
        return TenantScope::run(
            $this->connection,
            $tenant,
            static fn (Connection $connection): int => (int) $connection->fetchOne('SELECT count(*) FROM docs'),
        );
    }

    // idiom: loop over constants
    public function looped(string $tenant): void
    {
        foreach (['app.tenant_id', 'app.user_id'] as $name) {
            $this->connection->executeStatement("SELECT set_config('$name', ?, false)", [$tenant]);
        }
    }

    // idiom: transaction by callback
    public function byCallback(string $tenant): int
    {
        return $this->entityManager->wrapInTransaction(function (EntityManagerInterface $em) use ($tenant): int {
            $em->getConnection()->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

            return (int) $em->getConnection()->fetchOne('SELECT count(*) FROM docs');
        });
    }

    // idiom: wrapper of an injected service
    public function injected(string $tenant): int
    {
        return $this->tenants->run($tenant, fn (): int => (int) $this->connection->fetchOne('SELECT count(*) FROM docs'));
    }

    // idiom: role without reset
    public function act(): void
    {
        $this->connection->executeStatement('SET ROLE app_user');
    }

    // idiom: several lines
    public function severalLines(string $tenant, string $user): void
    {
        $this->connection->executeQuery(
            <<<'SQL'
            SELECT set_config('app.tenant_id', :tenant, false),
                   set_config('app.user_id', :user, false)
            SQL,
            ['tenant' => $tenant, 'user' => $user],
        );
    }

    // idiom: built step by step
    public function built(string $tenant): void
    {
        $sql = 'SET LOCAL app.tenant_id = ';
        $sql .= "'" . $tenant . "'";
        $this->connection->transactional(static fn (Connection $connection) => $connection->executeStatement($sql));
    }

    // idiom: formatted
    public function formatted(string $tenant): void
    {
        $this->connection->beginTransaction();
        $this->connection->executeStatement(sprintf("SET LOCAL app.tenant_id = '%s'", $tenant));
        $this->connection->commit();
    }

    // idiom: helper in the transaction of its caller
    public function helped(string $tenant): void
    {
        $this->connection->beginTransaction();
        TenantScope::setTenant($this->connection, $tenant);
        $this->connection->executeStatement('UPDATE docs SET owner = 1');
        $this->connection->commit();
    }

    // idiom: joins a transaction if there is one
    public function joined(string $tenant): int
    {
        if (!$this->connection->isTransactionActive()) {
            throw new \LogicException('The tenant is set in a transaction.');
        }
        $this->connection->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

        return (int) $this->connection->fetchOne('SELECT count(*) FROM docs');
    }

    // idiom: service behind an interface
    public function bound(string $tenant): void
    {
        $this->connection->beginTransaction();
        $this->binder->bindTenant($tenant);
        $this->connection->executeStatement('UPDATE docs SET owner = 1');
        $this->connection->commit();
    }

    // idiom: early return
    public function early(?string $tenant): int
    {
        $this->connection->beginTransaction();
        if (null === $tenant) {
            $this->connection->rollBack();

            return 0;
        }
        $this->connection->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);
        $count = (int) $this->connection->fetchOne('SELECT count(*) FROM docs');
        $this->connection->commit();

        return $count;
    }
}

#[AsEventListener(event: KernelEvents::REQUEST)]
final class TenantListener
{
    public function __construct(private readonly Connection $connection)
    {
    }

    // idiom: middleware
    public function __invoke(RequestEvent $event): void
    {
        $tenant = $event->getRequest()->attributes->get('tenant');
        $this->connection->executeStatement("SELECT set_config('app.tenant_id', ?, false)", [$tenant]);
    }
}
