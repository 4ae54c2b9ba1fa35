<?php

namespace App\Shared;

use Closure;
use Illuminate\Database\DatabaseManager;
use Illuminate\Support\Facades\DB;

class TenantSql
{
    // idiom: constant of another file
    public const SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)";
}

class Tenancy
{
    // idiom: wrapper of another file
    public static function withTenant(string $tenant, Closure $work): mixed
    {
        return DB::transaction(function () use ($tenant, $work) {
            DB::statement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

            return $work();
        });
    }

    // idiom: helper in the transaction of its caller
    public static function setTenant(string $tenant): void
    {
        DB::statement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);
    }
}

class TenantTransactions
{
    public function __construct(private DatabaseManager $db)
    {
    }

    // idiom: wrapper of an injected service
    public function run(string $tenant, Closure $work): mixed
    {
        return $this->db->transaction(function () use ($tenant, $work) {
            $this->db->statement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

            return $work();
        });
    }
}
