import type { DataRequest } from '@muster/contracts';
import { Badge, Button, Progress, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { IconDownload } from '@tabler/icons-react';
import { download, routes } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import classes from './privacy.module.css';

/** While one runs it is looked at again and again; it may be left and is found again. */
export const whileRunning = (items: readonly DataRequest[] | undefined): number | false =>
  items?.some(({ state }) => state === 'running') === true ? 1_500 : false;

const colors = { running: 'blue', done: 'green', failed: 'red', expired: 'gray' } as const;

const save = (blob: Blob, name: string): void => {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
};

export const RequestRows = ({
  requests,
  withNames = false,
}: {
  readonly requests: readonly DataRequest[];
  readonly withNames?: boolean;
}) => {
  const t = useText('privacy');
  const formats = useFormats();
  const fetchFile = useMutation({
    mutationFn: ({ requestId }: DataRequest) => download(routes.downloadDataExport, { params: { requestId } }),
    onSuccess: (blob, { requestedAt }) => save(blob, `personal-data-${requestedAt.slice(0, 10)}.zip`),
  });
  return (
    <>
      <ul className={classes.rows}>
        {requests.map((request) => (
          <li key={request.requestId}>
            <div className={classes.rowText}>
              <Text fw={550}>
                {t(`request.${request.kind}`)}
                {withNames && `: ${request.subjectName}`}
              </Text>
              <Text size="sm" c="dimmed">
                {t('request.by', {
                  who: request.requestedBy ?? t('somebody'),
                  when: formats.dateTime(request.requestedAt),
                })}
                {request.ground && ` · ${t(`ground.${request.ground}`)}`}
                {request.state === 'done' &&
                  request.expiresAt &&
                  ` · ${t('request.until', { day: formats.longDay(request.expiresAt) })}`}
              </Text>
              {request.state === 'running' && (
                <Progress mt={6} value={request.progress * 100} aria-label={t('request.progress')} animated />
              )}
            </div>
            <Badge color={colors[request.state]} variant="dot" miw="max-content">
              {t(`request.${request.state}`)}
            </Badge>
            {request.mayDownload && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconDownload size={16} stroke={1.7} />}
                loading={fetchFile.isPending && fetchFile.variables.requestId === request.requestId}
                onClick={() => fetchFile.mutate(request)}
              >
                {t('request.download')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {fetchFile.error && <ErrorNotice error={fetchFile.error} />}
    </>
  );
};
