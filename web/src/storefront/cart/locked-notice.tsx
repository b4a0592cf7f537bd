import { ButtonLink } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useCheckoutRecord } from '../checkout/record.ts';

/** A checkout has the cart: here, in another tab, or on another device. */
export const LockedNotice = () => {
  const record = useCheckoutRecord();
  return (
    <Notice
      tone="info"
      title="This cart is being checked out"
      actions={
        record && (
          <ButtonLink size="small" to="/checkout">
            See how it goes
          </ButtonLink>
        )
      }
    >
      It can be changed again when that has ended.
    </Notice>
  );
};
