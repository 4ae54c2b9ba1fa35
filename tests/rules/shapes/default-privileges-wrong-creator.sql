CREATE ROLE keeper;
CREATE ROLE other;
CREATE ROLE app_user LOGIN;
CREATE SCHEMA shop;
GRANT CREATE, USAGE ON SCHEMA shop, public TO keeper, other;
GRANT USAGE ON SCHEMA shop TO app_user;
--- bad another role by FOR ROLE
ALTER DEFAULT PRIVILEGES FOR ROLE other IN SCHEMA shop GRANT SELECT, INSERT ON TABLES TO app_user;
SET ROLE keeper;
CREATE TABLE shop."Rates" (code text);
RESET ROLE;
--- bad all schemas
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO app_user;
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
CREATE TABLE public.kinds (code text);
RESET ROLE;
--- bad by a group
CREATE ROLE readers;
GRANT readers TO app_user;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO readers;
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
RESET ROLE;
--- bad run by a role itself
SET ROLE other;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app_user;
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
RESET ROLE;
--- bad in a block
DO $$ BEGIN
  EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app_user';
  SET LOCAL ROLE keeper;
  EXECUTE 'CREATE TABLE shop.rates AS SELECT 1 AS code';
  RESET ROLE;
END $$;
--- good for the creator
ALTER DEFAULT PRIVILEGES FOR ROLE other, keeper IN SCHEMA shop GRANT SELECT ON TABLES TO app_user;
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
RESET ROLE;
--- good granted by name
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app_user;
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
GRANT SELECT ON shop.rates TO app_user;
RESET ROLE;
--- good another schema
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app_user;
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
RESET ROLE;
--- good made before
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
RESET ROLE;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app_user;
--- good revoked
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app_user;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE SELECT ON TABLES FROM app_user;
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
RESET ROLE;
--- good made by the role that runs the migrations
ALTER DEFAULT PRIVILEGES FOR ROLE keeper IN SCHEMA shop GRANT SELECT ON TABLES TO app_user;
CREATE TABLE shop.rates (code text);
--- good sequences only
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT USAGE ON SEQUENCES TO app_user;
SET ROLE keeper;
CREATE TABLE shop.rates (code text);
RESET ROLE;
