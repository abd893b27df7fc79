-- Folding a book: its oldest entries, which lie in a segment file by now, give way to a checkpoint (fields folded, floor, chain and segment of `book`, see points.lua).

-- points_oldest: the entries to fold next, with what the segment has to know.
-- ARGV: 1 entries of a segment, 2 entries to keep, 3 only entries made before this time (ms)
-- Reply: {'ok', chain, name of the last segment, floor, '<id> <JSON>' of each; none when there are not enough}
command('points_oldest', function(keys, argv)
  local owner, size, entries = keys[1], tonumber(argv[1]), keys[1] .. 'entries'
  local stored = redis.call('HMGET', owner .. 'book', 'chain', 'segment', 'floor')
  local rows = {}
  local length = redis.call('LLEN', entries)
  if length >= size + tonumber(argv[2]) then
    local oldest = redis.call('LRANGE', entries, 0, size - 1)
    if tonumber(string.match(oldest[size], '^%d+')) < tonumber(argv[3]) then rows = oldest end
  elseif length < LONG_BOOK then
    local bucket, name = string.match(owner, '^(.*{b%d+}:)(.+):$')
    redis.call('SREM', bucket .. 'longbooks', name)
  end
  return { 'ok', stored[1] or '', stored[2] or '', stored[3] or '0', rows }
end)

-- points_fold: the oldest entries go, if they are those of the segment and it follows the last one.
-- ARGV: 1 chain before, 2 entries of the segment, 3 SHA-1 of its lines ('<id> <JSON>', joined by a line feed), 4 chain after, 5 its name, 6 balance after it
-- Reply: {'ok', folded (0|1)}; 0: the book is not as it was when they were read
command('points_fold', function(keys, argv)
  local owner, count, entries = keys[1], tonumber(argv[2]), keys[1] .. 'entries'
  local stored = redis.call('HMGET', owner .. 'book', 'chain', 'folded')
  if (stored[1] or '') ~= argv[1] then return { 'ok', 0 } end
  local oldest = redis.call('LRANGE', entries, 0, count - 1)
  if #oldest ~= count or redis.sha1hex(table.concat(oldest, '\n')) ~= argv[3] then return { 'ok', 0 } end
  redis.call('HSET', owner .. 'book', 'folded', int(tonumber(stored[2] or '0') + count), 'floor', argv[6], 'chain', argv[4], 'segment', argv[5])
  redis.call('LTRIM', entries, count, -1)
  return { 'ok', 1 }
end)

-- points_book: all that is told of a book beside its entries, of one moment.
-- Reply: {'ok', book, contribution, linked (flat lists), seasons that are not rewarded: season, whether it runs (0|1), points, entries before it, contribution (flat list) of each}
command('points_book', function(keys, argv)
  local owner, bucket = keys[1], keys[2]
  return { 'ok', redis.call('HGETALL', owner .. 'book'), redis.call('HGETALL', owner .. 'contribution'), redis.call('HGETALL', owner .. 'linked'),
    seasons_of(owner, bucket) }
end)

-- points_keys: what a book keeps of keys.
-- ARGV: keys   Reply: {'ok', '<print>:<balance>:<entry>:<contribution>' of each ('' it is not known)}
command('points_keys', function(keys, argv)
  local periods, rows = redis.call('HGET', keys[1] .. 'book', 'periods') or nil, {}
  for index, key in ipairs(argv) do rows[index] = row_of_key(keys[1], key, periods) or '' end
  return { 'ok', rows }
end)
