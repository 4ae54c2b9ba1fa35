<?php

namespace App\Http;

use App\Shared\TenantSql;
use App\Shared\TenantTransactions;
use App\Shared\Tenancy;
use Closure;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\DB;

class DocumentController extends Controller
{
    public function __construct(private TenantTransactions $tenants)
    {
    }

    // idiom: bare set
    public function bareSet(string $tenant)
    {
        DB::statement("SET app.tenant_id = '$tenant'");
    }

    // idiom: set_config for the session
    public function sessionConfig(string $tenant)
    {
        DB::select("SELECT set_config('app.tenant_id', ?, false)", [$tenant]);
    }

    // idiom: bound scope
    public function boundScope(string $tenant)
    {
        DB::statement('SELECT set_config(?, ?, ?)', ['app.tenant_id', $tenant, false]);
    }

    // idiom: local without a transaction
    public function localAlone(string $tenant)
    {
        DB::statement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

        return DB::table('docs')->get();
    }

    // idiom: local in a transaction
    public function local(string $tenant)
    {
        DB::beginTransaction();
        try {
            DB::statement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);
            $docs = DB::table('docs')->get();
            DB::commit();

            return $docs;
        } catch (\Throwable $e) {
            DB::rollBack();
            throw $e;
        }
    }

    // idiom: pasted
    public function pasted(Request $request)
    {
        DB::transaction(function () use ($request) {
            DB::statement("SET LOCAL app.tenant_id = '{$request->header('X-Tenant')}'");
        });
    }

    // idiom: added
    public function added(string $tenant)
    {
        DB::transaction(function () use ($tenant) {
            DB::statement("SET LOCAL app.tenant_id = '" . $tenant . "'");
        });
    }

    // idiom: a number
    public function typed($tenant)
    {
        DB::transaction(fn () => DB::statement("SET LOCAL app.tenant_id = '" . (int) $tenant . "'"));
    }

    // idiom: quoted
    public function quoted(string $tenant)
    {
        $quoted = DB::getPdo()->quote($tenant);
        DB::transaction(function () use ($quoted) {
            DB::unprepared("SET LOCAL app.tenant_id = {$quoted}");
        });
    }

    // idiom: a parameter in SET
    public function boundInSet(string $tenant)
    {
        DB::transaction(function () use ($tenant) {
            DB::statement('SET LOCAL app.tenant_id = ?', [$tenant]);
        });
    }

    // idiom: reset at the end
    public function resetAtTheEnd(string $tenant)
    {
        try {
            DB::statement("SELECT set_config('app.tenant_id', ?, false)", [$tenant]);

            return DB::table('docs')->get();
        } finally {
            DB::statement('RESET app.tenant_id');
        }
    }

    // idiom: constant of another file
    public function constantElsewhere(string $tenant)
    {
        DB::statement(TenantSql::SET_TENANT, [$tenant]);
    }

    // idiom: wrapper of another file
    public function wrapped(string $tenant)
    {
        return Tenancy::withTenant($tenant, fn () => DB::table('docs')->get());
    }

    // idiom: loop over constants
    public function looped(string $tenant)
    {
        foreach (['app.tenant_id', 'app.user_id'] as $name) {
            DB::statement("SELECT set_config('{$name}', ?, false)", [$tenant]);
        }
    }

    // idiom: transaction by callback
    public function byCallback(string $tenant)
    {
        return DB::connection('pgsql')->transaction(function ($connection) use ($tenant) {
            $connection->statement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

            return $connection->table('docs')->get();
        }, 3);
    }

    // idiom: wrapper of an injected service
    public function injected(string $tenant)
    {
        return $this->tenants->run($tenant, fn () => DB::table('docs')->get());
    }

    // idiom: role without reset
    public function act()
    {
        DB::statement('SET ROLE app_user');
    }

    // idiom: several lines
    public function severalLines(string $tenant, string $user)
    {
        DB::select(<<<SQL
            SELECT set_config('app.tenant_id', ?, false),
                   set_config('app.user_id', ?, false)
        SQL, [$tenant, $user]);
    }

    // idiom: built step by step
    public function built(string $tenant)
    {
        $parts = ["SET LOCAL app.tenant_id = '"];
        $parts[] = $tenant;
        $parts[] = "'";
        DB::transaction(fn () => DB::statement(implode('', $parts)));
    }

    // idiom: formatted
    public function formatted(string $tenant)
    {
        DB::transaction(function () use ($tenant) {
            DB::statement(sprintf("SET LOCAL app.tenant_id = '%s'", $tenant));
        });
    }

    // idiom: helper in the transaction of its caller
    public function helped(string $tenant)
    {
        DB::transaction(function () use ($tenant) {
            Tenancy::setTenant($tenant);
            DB::table('docs')->update(['owner' => 1]);
        });
    }

    // idiom: joins a transaction if there is one
    public function joined(string $tenant)
    {
        if (DB::transactionLevel() === 0) {
            return Tenancy::withTenant($tenant, fn () => DB::table('docs')->get());
        }
        DB::statement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);

        return DB::table('docs')->get();
    }

    // idiom: early return
    public function early(?string $tenant)
    {
        DB::beginTransaction();
        if (! $tenant) {
            DB::rollBack();

            return response()->json([], 403);
        }
        DB::statement("SELECT set_config('app.tenant_id', ?, true)", [$tenant]);
        $docs = DB::table('docs')->get();
        DB::commit();

        return $docs;
    }
}

class SetTenant
{
    // idiom: middleware
    public function handle(Request $request, Closure $next)
    {
        DB::statement("SELECT set_config('app.tenant_id', ?, false)", [$request->user()->tenant_id]);

        return $next($request);
    }
}
