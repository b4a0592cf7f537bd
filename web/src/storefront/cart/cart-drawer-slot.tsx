import { lazy, Suspense, useEffect, useState } from 'react';
import { useCartDrawer } from './drawer.ts';

const load = () => import('./cart-drawer.tsx');
const CartDrawer = lazy(load);

/** Has it there before it is asked for. */
export const preloadCartDrawer = (): void => {
  load().catch(() => {
    // It is tried again when it is opened.
  });
};

const whenIdle = (work: () => void): (() => void) => {
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(work, 2_000);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(work, { timeout: 5_000 });
  return () => cancelIdleCallback(handle);
};

/** The cart's place. Its code comes when nothing else is to be done, or when it is opened. */
export const CartDrawerSlot = () => {
  const { isOpen } = useCartDrawer();
  const [wanted, setWanted] = useState(false);
  if (isOpen && !wanted) setWanted(true);
  useEffect(() => whenIdle(preloadCartDrawer), []);
  return <Suspense>{wanted && <CartDrawer />}</Suspense>;
};
