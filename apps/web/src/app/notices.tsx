import { Notifications } from '@mantine/notifications';
import '@mantine/notifications/styles.css';

/** Where short messages appear: above everything, near the top, never more than three. */
export const Notices = () => <Notifications position="top-center" limit={3} zIndex={400} />;
