/**
 * The six services as every way to deploy them knows them: which port each listens on inside `stack` and compose, what
 * it keeps its data in, and whom it calls. The second replica of a service listens ten ports higher, and so on.
 */
export const services = {
  identity: { port: 7101, store: 'postgres', calls: ['cart'] },
  product: { port: 7102, store: 'mongo', calls: [] },
  inventory: { port: 7103, store: 'postgres', calls: ['product'] },
  cart: { port: 7104, store: 'mongo', calls: ['product', 'discount'] },
  discount: { port: 7105, store: 'postgres', calls: ['product'] },
  order: { port: 7106, store: 'postgres', calls: ['identity', 'product', 'inventory', 'cart', 'discount'] },
} as const satisfies Record<
  string,
  {
    port: number;
    store: 'postgres' | 'mongo';
    calls: readonly ('identity' | 'product' | 'inventory' | 'cart' | 'discount')[];
  }
>;

export type ServiceName = keyof typeof services;
export const serviceNames = Object.keys(services) as ServiceName[];

/** The port of metrics stands so much above a process's own. */
export const metricsOffset = 1000;

/** The port of a replica, counted from 1. */
export const portOf = (service: ServiceName, replica: number): number => services[service].port + 10 * (replica - 1);
