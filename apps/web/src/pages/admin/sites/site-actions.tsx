import type { Site } from '@muster/contracts';
import { Button, Modal, Text } from '@mantine/core';
import { IconPencil, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { read, routes } from '../../../api/client.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { SiteForm } from './site-form.tsx';

/** A new site; afterwards its page, where its border is drawn. */
export const AddSite = () => {
  const t = useText('people');
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconPlus size={17} />} onClick={() => setOpen(true)}>
        {t('site.add')}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} size="lg" title={<Text fw={620}>{t('site.add')}</Text>}>
        <SiteForm
          site={null}
          onSaved={({ siteId }) => {
            setOpen(false);
            void navigate({ to: '/admin/sites/$siteId', params: { siteId } });
          }}
        />
      </Modal>
    </>
  );
};

/** Name, address, place and time zone, as they are on the server now. */
const LoadedForm = ({ siteId, onSaved }: { readonly siteId: string; readonly onSaved: () => void }) => {
  const site = useQuery(read(routes.readSite, { params: { siteId } }));
  if (site.error) return <ErrorNotice error={site.error} onRetry={() => void site.refetch()} />;
  return site.data ? <SiteForm key={site.data.version} site={site.data} onSaved={onSaved} /> : <LoadingBlock />;
};

export const EditSite = ({ site }: { readonly site: Site }) => {
  const t = useText('people');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setOpen(true)}>
        {t('site.edit')}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} size="lg" title={<Text fw={620}>{site.name}</Text>}>
        <LoadedForm siteId={site.siteId} onSaved={() => setOpen(false)} />
      </Modal>
    </>
  );
};
