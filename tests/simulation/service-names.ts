export const serviceNames = ['product', 'inventory', 'cart', 'discount', 'order'] as const;
export type ServiceName = (typeof serviceNames)[number];
