<?php

namespace App\Jobs;

use App\Support\Tenancy;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Support\Facades\DB;

class Remind implements ShouldQueue
{
    public function handle(): void
    {
        DB::select('SELECT id FROM docs'); // found: query-without-context
    }
}

class RemindOne implements ShouldQueue
{
    public function __construct(private string $tenant) {}

    public function handle(): void
    {
        Tenancy::run($this->tenant, fn () => DB::select('SELECT id FROM docs'));
    }
}
