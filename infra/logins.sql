-- The two logins of design rule "isolation is enforced by the database". Set both passwords after
-- the first start: alter role mains_owner password '…'; alter role mains_app password '…';
create role mains_owner login createrole;
create role mains_app login noinherit;
alter role mains_app set timezone = 'UTC';
create database mains owner mains_owner;
