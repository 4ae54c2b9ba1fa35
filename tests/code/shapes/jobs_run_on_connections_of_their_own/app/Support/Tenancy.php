<?php

namespace App\Support;

use Illuminate\Support\Facades\DB;

final class Tenancy
{
    public static function run(string $id, callable $work): mixed
    {
        return DB::transaction(function () use ($id, $work) {
            DB::select("SELECT set_config('app.tenant_id', ?, true)", [$id]);

            return $work();
        });
    }
}
