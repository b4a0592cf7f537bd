import { lazy, Suspense } from 'react';
import { Route, Routes, useLocation } from 'react-router';
import { ButtonLink } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { Loading } from '../ui/skeleton.tsx';
import { useScroll } from '../ui/use-scroll.ts';
import { AdminsOnly } from './admins-only.tsx';
import styles from './console.module.css';
import { Offline } from './offline.tsx';
import { Overview } from './overview/overview.tsx';
import { Rail } from './rail.tsx';
import { SagaView } from './sagas/saga.tsx';
import { Sagas } from './sagas/sagas.tsx';

const Orders = lazy(() => import('./orders/orders.tsx'));
const OrderView = lazy(() => import('./orders/order.tsx'));
const Products = lazy(() => import('./products/products.tsx'));
const ProductView = lazy(() => import('./products/product.tsx'));
const ImportView = lazy(() => import('./products/import.tsx'));
const Stock = lazy(() => import('./stock/stock.tsx'));
const SkuView = lazy(() => import('./stock/sku.tsx'));
const Vouchers = lazy(() => import('./vouchers/vouchers.tsx'));
const VoucherView = lazy(() => import('./vouchers/voucher.tsx'));
const Events = lazy(() => import('./events/events.tsx'));
const DeadLetters = lazy(() => import('./dead-letters/dead-letters.tsx'));
const Lab = lazy(() => import('./lab/lab.tsx'));

/** What operators look at: the rail, and the view beside it. Views are loaded when somebody goes there. */
export default function Console() {
  const { pathname } = useLocation();
  useScroll();
  return (
    <AdminsOnly>
      <div className={styles.console}>
        <a href="#view" className={styles.skip}>
          Skip to the view
        </a>
        <Rail />
        <main id="view" tabIndex={-1} className={styles.view}>
          <Offline />
          <ErrorBoundary resetKey={pathname}>
            <Suspense fallback={<Loading what="the view" />}>
              <Views />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
    </AdminsOnly>
  );
}

const Views = () => (
  <Routes>
    <Route index element={<Overview />} />
    <Route path="sagas" element={<Sagas />} />
    <Route path="sagas/:id" element={<SagaView />} />
    <Route path="orders" element={<Orders />} />
    <Route path="orders/:id" element={<OrderView />} />
    <Route path="products" element={<Products />} />
    <Route path="products/new" element={<ProductView />} />
    <Route path="products/import" element={<ImportView />} />
    <Route path="products/:id" element={<ProductView />} />
    <Route path="stock" element={<Stock />} />
    <Route path="stock/:sku" element={<SkuView />} />
    <Route path="vouchers" element={<Vouchers />} />
    <Route path="vouchers/new" element={<VoucherView />} />
    <Route path="vouchers/:code" element={<VoucherView />} />
    <Route path="events" element={<Events />} />
    <Route path="dead-letters" element={<DeadLetters />} />
    <Route path="lab" element={<Lab />} />
    <Route
      path="*"
      element={
        <Empty title="Nothing is here" level={1} actions={<ButtonLink to="/console">To the overview</ButtonLink>}>
          The console has no view at this address.
        </Empty>
      }
    />
  </Routes>
);
