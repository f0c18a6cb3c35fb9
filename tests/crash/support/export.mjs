// What `salon store export` says, as records: a line for each room, and behind it one for each of
// its publications.
export function recordsOf(text) {
  let room;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const x = JSON.parse(line);
      if ('room' in x) {
        room = x.room;
        return { event: 'head', room, epoch: x.epoch, top: x.top, first: x.first };
      }
      const id = x.type === 'text' ? x.data : JSON.parse(x.data).text;
      return { event: 'logged', room, offset: x.offset, id };
    });
}
