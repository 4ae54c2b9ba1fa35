package api

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/app/dbctx"
)

type Handler struct{ pool *pgxpool.Pool }

func (h *Handler) Keeps(ctx context.Context, tenant string) error {
	conn, err := h.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return dbctx.SetTenant(ctx, conn, tenant, false)
}

func (h *Handler) Local(ctx context.Context, tenant string) error {
	tx, err := h.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if err := dbctx.SetTenant(ctx, tx, tenant, true); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func (h *Handler) Named(ctx context.Context, tenant int) error {
	conn, err := h.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := dbctx.SetVar(ctx, conn, "statement_timeout", 5); err != nil {
		return err
	}
	return dbctx.SetVar(ctx, conn, "app.tenant_id", tenant)
}
