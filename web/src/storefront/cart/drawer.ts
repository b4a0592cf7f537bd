import { useLocation, useNavigate } from 'react-router';
import { clearToasts } from '../../ui/toasts.tsx';

interface Entry {
  cart?: boolean;
  /** Whether the page without the cart is the entry before. */
  pushed?: boolean;
}

const entryOf = (state: unknown): Entry => (typeof state === 'object' && state !== null ? (state as Entry) : {});

/** The cart is an entry of the history on top of any page: "back" closes it, a reload finds it open. */
export const useCartDrawer = () => {
  const location = useLocation();
  const navigate = useNavigate();
  const { cart: isOpen = false, pushed = false } = entryOf(location.state);
  const here = { pathname: location.pathname, search: location.search };
  return {
    isOpen,
    open: () => {
      clearToasts();
      if (!isOpen) navigate(here, { state: { cart: true, pushed: true } satisfies Entry });
    },
    close: () => {
      if (!isOpen) return;
      if (pushed) navigate(-1);
      else navigate(here, { replace: true, state: null });
    },
  };
};

/** For links that lead to a page with the cart open on it. */
export const cartOpen: Entry = { cart: true };
