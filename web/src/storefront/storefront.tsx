import { Route, Routes, useLocation } from 'react-router';
import { Empty } from '../ui/empty.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';

/** What buyers see: the frame that all its pages share, and the pages. */
export const Storefront = () => {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary resetKey={pathname}>
      <Routes>
        <Route index element={<h1>Catalogue</h1>} />
        <Route path="*" element={<Empty title="Nothing is here" level={1} />} />
      </Routes>
    </ErrorBoundary>
  );
};
