import { lazy, Suspense } from 'react';
import { Route, Routes, useLocation } from 'react-router';
import { ButtonLink } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { Loading } from '../ui/skeleton.tsx';
import { useScroll } from '../ui/use-scroll.ts';
import { Catalogue } from './catalogue/catalogue.tsx';
import { Frame } from './frame/frame.tsx';

const ProductPage = lazy(() => import('./product/product-page.tsx'));
const CheckoutPage = lazy(() => import('./checkout/checkout-page.tsx'));
const OrdersPage = lazy(() => import('./orders/orders-page.tsx'));
const OrderPage = lazy(() => import('./orders/order-page.tsx'));
const SignInPage = lazy(() => import('./account/sign-in-page.tsx'));
const RegisterPage = lazy(() => import('./account/register-page.tsx'));

const NothingHere = () => (
  <Empty
    level={1}
    title="Nothing is here"
    actions={
      <ButtonLink kind="primary" to="/">
        To the catalogue
      </ButtonLink>
    }
  >
    <title>Nothing is here · Saga Supply</title>
    The address may be mistyped, or what was here has gone.
  </Empty>
);

/** What buyers see: the frame that all its pages share, and the pages. */
export const Storefront = () => {
  const { pathname } = useLocation();
  useScroll();
  return (
    <Frame>
      <ErrorBoundary resetKey={pathname}>
        <Suspense fallback={<Loading what="the page" />}>
          <Routes>
            <Route index element={<Catalogue />} />
            <Route path="products/:id" element={<ProductPage />} />
            <Route path="checkout/:id?" element={<CheckoutPage />} />
            <Route path="orders" element={<OrdersPage />} />
            <Route path="orders/:id" element={<OrderPage />} />
            <Route path="sign-in" element={<SignInPage />} />
            <Route path="register" element={<RegisterPage />} />
            <Route path="*" element={<NothingHere />} />
          </Routes>
        </Suspense>
      </ErrorBoundary>
    </Frame>
  );
};
