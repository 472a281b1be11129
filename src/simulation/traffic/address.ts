/** Where a program wants to connect. */
export interface Address {
  host: string;
  port: number;
  path: string;
}

const portOfScheme: Record<string, number> = {
  http: 80,
  https: 443,
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
  amqp: 5672,
  mysql: 3306,
  mongodb: 27017,
  nats: 4222,
  kafka: 9092,
};

/** `redis://cache.shop.svc:6379/0`, `catalog:8080`, `https://payments.example/v1`. */
export function parseAddress(address: string): Address {
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^@/]*@)?([^:/?]+)(?::(\d+))?(\/[^?#]*)?/i.exec(address);
  const port = match?.[3] === undefined ? (portOfScheme[match?.[1]?.toLowerCase() ?? ''] ?? 80) : Number(match[3]);
  return { host: match?.[2] ?? address, port, path: match?.[4] ?? '/' };
}
