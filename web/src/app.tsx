import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { Storefront } from './storefront/storefront.tsx';
import { LiveRegion } from './ui/live-region.tsx';
import { Loading } from './ui/skeleton.tsx';
import { Toasts } from './ui/toasts.tsx';

/** Nothing of it is loaded until somebody goes there. */
const Console = lazy(() => import('./console/console.tsx'));

export const App = () => (
  <>
    <Routes>
      <Route
        path="/console/*"
        element={
          <Suspense fallback={<Loading what="the console" />}>
            <Console />
          </Suspense>
        }
      />
      <Route path="*" element={<Storefront />} />
    </Routes>
    <LiveRegion />
    <Toasts />
  </>
);
