<?php

namespace App;

final class TenantSql
{
    public function set(string $tenant): string
    {
        return "SET LOCAL app.tenant_id = '" . $tenant . "'"; // found: set-string-interpolation
    }
}
