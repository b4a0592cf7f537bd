import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { cartOpen } from '../cart/drawer.ts';
import { backOf, type Errand } from './back.ts';

/** The way back to where somebody came from to sign in, and the same errand for a link between the two pages. */
export const useComeBack = () => {
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const { search, state } = useLocation();
  const errand = (state ?? {}) as Errand;
  return {
    comeBack: () => navigate(backOf(params), { replace: true, state: errand.open === 'cart' ? cartOpen : null }),
    search,
    errand,
  };
};
