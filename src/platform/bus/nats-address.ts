/** Where a NATS server is and how to get in, as its client wants to be told. */
export interface NatsAddress {
  readonly servers: string;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
}

/** The client takes credentials apart from the address; a URL carries both (`nats://user:password@host`, `nats://token@host`). */
export function natsAddress(url: string): NatsAddress {
  if (!URL.canParse(url)) return { servers: url };
  const { host, username, password } = new URL(url);
  if (username === '') return { servers: url };
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return pass === '' ? { servers: host, token: user } : { servers: host, user, pass };
}
