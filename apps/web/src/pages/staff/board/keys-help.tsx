import { Kbd, Modal, Table, Text } from '@mantine/core';
import { useText } from '../../../i18n/use-text.ts';

const keys = [
  ['j', 'next'],
  ['k', 'previous'],
  ['Enter', 'open'],
  ['Esc', 'close'],
  ['/', 'search'],
  ['?', 'help'],
] as const;

/** Which keys work on the board. */
export const KeysHelp = ({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) => {
  const t = useText('staff');
  return (
    <Modal opened={opened} onClose={onClose} size="sm" title={<Text fw={620}>{t('keys.title')}</Text>}>
      <Table withRowBorders={false}>
        <Table.Tbody>
          {keys.map(([key, text]) => (
            <Table.Tr key={key}>
              <Table.Td w={90}>
                <Kbd>{key}</Kbd>
              </Table.Td>
              <Table.Td>{t(`keys.${text}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
};
