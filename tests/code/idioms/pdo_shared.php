<?php

declare(strict_types=1);

namespace App\Shared;

use PDO;

final class TenantSql
{
    // idiom: constant of another file
    public const SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)";
}

// idiom: wrapper of another file
function with_tenant(PDO $pdo, string $tenant, callable $work): mixed
{
    $pdo->beginTransaction();
    try {
        $pdo->prepare("SELECT set_config('app.tenant_id', ?, true)")->execute([$tenant]);
        $result = $work($pdo);
        $pdo->commit();

        return $result;
    } catch (\Throwable $error) {
        $pdo->rollBack();
        throw $error;
    }
}

// idiom: helper in the transaction of its caller
function set_tenant(PDO $pdo, string $tenant): void
{
    $pdo->prepare("SELECT set_config('app.tenant_id', ?, true)")->execute([$tenant]);
}

final class TenantTransactions
{
    public function __construct(private readonly PDO $pdo)
    {
    }

    // idiom: wrapper of an injected service
    public function run(string $tenant, callable $work): mixed
    {
        $this->pdo->beginTransaction();
        try {
            $statement = $this->pdo->prepare("SELECT set_config('app.tenant_id', ?, true)");
            $statement->execute([$tenant]);
            $result = $work();
            $this->pdo->commit();

            return $result;
        } catch (\Throwable $error) {
            $this->pdo->rollBack();
            throw $error;
        }
    }
}
