<?php

declare(strict_types=1);

namespace App\Shared;

use Doctrine\DBAL\Connection;

final class TenantSql
{
    // idiom: constant of another file
    public const SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)";
}

final class TenantScope
{
    /**
     * @template T
     *
     * @param callable(Connection): T $work
     *
     * @return T
     */
    // idiom: wrapper of another file
    public static function run(Connection $connection, string $tenant, callable $work): mixed
    {
        return $connection->transactional(static function (Connection $connection) use ($tenant, $work): mixed {
            $connection->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

            return $work($connection);
        });
    }

    // idiom: helper in the transaction of its caller
    public static function setTenant(Connection $connection, string $tenant): void
    {
        $connection->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);
    }
}

interface TenantBinderInterface
{
    public function bindTenant(string $tenant): void;
}

final class TenantBinder implements TenantBinderInterface
{
    public function __construct(private readonly Connection $connection)
    {
    }

    // idiom: service behind an interface
    public function bindTenant(string $tenant): void
    {
        $this->connection->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);
    }
}

final class TenantTransactions
{
    public function __construct(private readonly Connection $connection)
    {
    }

    // idiom: wrapper of an injected service
    public function run(string $tenant, callable $work): mixed
    {
        return $this->connection->transactional(function () use ($tenant, $work): mixed {
            $this->connection->executeStatement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

            return $work();
        });
    }
}
