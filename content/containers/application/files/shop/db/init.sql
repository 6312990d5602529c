create table products (
  id int primary key,
  name text not null,
  cents int not null
);

create table orders (
  id int primary key generated always as identity,
  product int not null references products,
  quantity int not null check (quantity > 0),
  at timestamptz not null default now()
);

insert into products (id, name, cents) values
  (1, 'Rope, 10 m', 1250),
  (2, 'Lantern', 3400),
  (3, 'Sea chart', 1890);
