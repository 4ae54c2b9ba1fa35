/** The files whose unsaved text the server takes: those that it watches, by their names. */

export const DOCUMENTS: readonly string[] = [
  '**/*.{sql,psql,ddl,pgsql,plan,prisma,toml,ini,env,yml,yaml,json,properties,tf,service}',
  '**/*.{py,cjs,cs,cts,ex,exs,go,java,js,jsx,kt,kts,mjs,mts,php,rake,rb,rs,ts,tsx}',
  '**/{.env,.env.*,Dockerfile,Procfile,.gitignore}',
];
