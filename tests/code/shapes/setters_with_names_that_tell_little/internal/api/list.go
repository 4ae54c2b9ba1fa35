package api

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/app/internal/tenancy"
)

func List(ctx context.Context, pool *pgxpool.Pool, id string) error {
	c, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	return tenancy.Set(ctx, c.Conn(), id, false)
}
