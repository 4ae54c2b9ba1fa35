<?php

namespace App;

use Doctrine\DBAL\Connection;

final class TenantSwitcher
{
    public function __construct(private readonly Connection $db, private readonly TenantSql $sql) {}

    public function enter(string $tenant): void
    {
        $this->db->beginTransaction();
        $this->db->executeStatement($this->sql->set($tenant));
    }
}
