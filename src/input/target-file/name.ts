/** Windows reserves these names, with any extension. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

export function nameTrouble(name: string): string | undefined {
  if (/[<>:"/\\|?*\p{Cc}]/u.test(name)) return 'it holds one of < > : " / \\ | ? * or a control character';
  if (/^[\s.]+$|^\s|[\s.]$/.test(name)) return 'it begins with a space, or ends with a space or a dot';
  if (deviceName.test(name)) return 'Windows reserves it for a device';
  return Buffer.byteLength(name) > 100 ? 'it is longer than 100 bytes' : undefined;
}
