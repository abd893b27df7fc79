-- Reading a channel: pieces of its log with what has become of the entries, read positions, and what is unread.

-- What has become of entries, for those of `seqs` to which anything has: a flat list of seq, change, reactions, the reader's own reactions, the card's state, what
-- the reader has done with it; '' where there is nothing. `rows`: the entries as they lie in the log. See changes.lua and ../moderation/audit.lua.
local function marks_of(owner, reader, seqs, rows)
  local marks = {}
  if #seqs == 0 then return marks end
  local purged = purged_among(owner, rows)
  local columns, found = {}, purged ~= nil
  for index, part in ipairs({ 'changes', 'reactions', 'cards' }) do
    columns[index] = redis.call('EXISTS', owner .. part) == 1 and redis.call('HMGET', owner .. part, unpack(seqs)) or {}
    found = found or #columns[index] > 0
  end
  if not found then return marks end
  local number = reader ~= '' and redis.call('HGET', owner .. 'numbers', reader)
  for index, seq in ipairs(seqs) do
    local change, reactions, card = columns[1][index], columns[2][index], columns[3][index]
    if purged and purged[index] then
      if not change or string.find(change, '"body"', 1, true) then change = purged[index] end
      reactions, card = nil, nil
    end
    if change or reactions or card then
      local reacted = reactions and number and redis.call('HGET', owner .. 'reacted', seq .. ':' .. number)
      local acted = card and number and redis.call('HGET', owner .. 'acted:' .. seq, number)
      for _, value in ipairs({ seq, change or '', reactions or '', reacted or '', card or '', acted or '' }) do marks[#marks + 1] = value end
    end
  end
  return marks
end

local unread_after
do
  local function count_at(owner, state, seq)
    if seq >= state.head then return state.count end
    local found = redis.call('XREVRANGE', owner .. 'log', int(seq) .. '-0', '-', 'COUNT', 1)[1]
    if found then return cjson.decode(found[2][2])[6] end
    local oldest = redis.call('XRANGE', owner .. 'log', '-', '+', 'COUNT', 1)[1]
    if not oldest then return state.count end
    local entry = cjson.decode(oldest[2][2])
    local uncounted = COUNTABLE[entry[4]] and 1 or 0
    return entry[6] - uncounted
  end

  local function read_of(owner, player)
    local epoch, seq, count = string.match(redis.call('HGET', owner .. 'read', player) or '', '^(%d+):(%d+):(%d+)$')
    return tonumber(epoch) or 0, tonumber(seq) or 0, tonumber(count) or 0
  end

  -- Where the unread entries of one who has read up to a position begin: there, or after what is no longer kept. Returns the seq before, and the count there.
  local function unread_from(owner, state, read_seq, read_count)
    local seq, count = math.max(read_seq, state.floor - 1), math.max(read_count, state.before)
    if count >= state.count or state.head - seq < redis.call('XLEN', owner .. 'log') then return seq, count end
    -- Entries may have been dropped by their number since the last sweep.
    local oldest = redis.call('XRANGE', owner .. 'log', '-', '+', 'COUNT', 1)[1]
    if not oldest then return state.head, state.count end
    local entry = cjson.decode(oldest[2][2])
    if entry[1] <= seq + 1 then return seq, count end
    return entry[1] - 1, math.max(count, entry[6] - (COUNTABLE[entry[4]] and 1 or 0))
  end

  -- Countable entries after a read position that are kept and have not been deleted.
  function unread_after(owner, state, read_seq, read_count)
    local seq, count = unread_from(owner, state, read_seq, read_count)
    return math.max(0, state.count - count - redis.call('ZCOUNT', owner .. 'gone', '(' .. int(seq), '+inf'))
  end

  -- Entries after a read position that are kept and call a member, each counted once.
  local function calls_after(owner, state, member, read_seq, read_count)
    local seq = unread_from(owner, state, read_seq, read_count)
    local after, named = '(' .. int(seq), owner .. 'calls:' .. int(member.n)
    local count = redis.call('ZCOUNT', owner .. 'calls:all', after, '+inf') + redis.call('ZCOUNT', named, after, '+inf')
    if member.rank ~= 'leader' and member.rank ~= 'officer' then return count end
    return count + redis.call('ZCOUNT', owner .. 'calls:officers', after, '+inf') - redis.call('ZCOUNT', named .. '+officers', after, '+inf')
  end

  -- channel_read: a piece of the log and what is needed to judge it.
  -- ARGV: 1 channel, 2 reader (player id; '' reads without being a member), 3 'after' | 'before', 4 seq ('before' 0: from the end), 5 limit
  -- Reply: {'ok', epoch, head, count, lineage, oldest seq kept (0: none), read epoch, read seq, unread, mentions unread, {payload, …} in order of the log,
  --         marks of these (see marks_of), the reader's number, his rank (0 and '' without a reader)}
  -- Errors: {'not-member'}
  command('channel_read', function(keys, argv)
    local owner, bucket, channel, reader = keys[1], keys[2], argv[1], argv[2]
    local record = reader ~= '' and redis.call('HGET', owner .. 'members', reader)
    if reader ~= '' and not record then return { 'not-member' } end
    local member = record and cjson.decode(record) or { n = 0, rank = '' }
    local state = open_channel(owner, bucket, channel)
    local rows, seqs = {}, {}
    local function take(row)
      rows[#rows + 1] = row[2][2]
      seqs[#seqs + 1] = string.match(row[1], '^%d+')
    end
    if argv[3] == 'after' then
      for _, row in ipairs(redis.call('XRANGE', owner .. 'log', '(' .. argv[4] .. '-0', '+', 'COUNT', argv[5])) do take(row) end
    else
      local from = argv[4] == '0' and '+' or '(' .. argv[4] .. '-0'
      local found = redis.call('XREVRANGE', owner .. 'log', from, '-', 'COUNT', argv[5])
      for index = #found, 1, -1 do take(found[index]) end
    end
    local oldest = redis.call('XRANGE', owner .. 'log', '-', '+', 'COUNT', 1)[1]
    local read_epoch, read_seq, unread, mentions = 0, 0, 0, 0
    if record then
      local read_count
      read_epoch, read_seq, read_count = read_of(owner, reader)
      unread, mentions = unread_after(owner, state, read_seq, read_count), calls_after(owner, state, member, read_seq, read_count)
    end
    return { 'ok', state.epoch, state.head, state.count, redis.call('HGET', owner .. 'head', 'lineage'),
      oldest and tonumber(string.match(oldest[1], '^%d+')) or 0, read_epoch, read_seq, unread, mentions, rows,
      marks_of(owner, reader, seqs, rows), member.n, member.rank }
  end)

  -- channel_seen: a member has read up to a seq; never moves back, nor past the head.
  -- ARGV: 1 channel, 2 player, 3 seq
  -- Reply: {'ok', epoch, seq, unread, mentions unread, moved (0|1)}   Errors: {'not-member'}
  command('channel_seen', function(keys, argv)
    local owner, bucket, player = keys[1], keys[2], argv[2]
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'not-member' } end
    local state = open_channel(owner, bucket, argv[1])
    local epoch, seq, count = read_of(owner, player)
    local wanted = math.min(tonumber(argv[3]), state.head)
    local moves = wanted > seq
    if moves then
      epoch, seq, count = state.epoch, wanted, count_at(owner, state, wanted)
      set_read(owner, player, epoch, seq, count)
    end
    return { 'ok', epoch, seq, unread_after(owner, state, seq, count), calls_after(owner, state, cjson.decode(record), seq, count), moves and 1 or 0 }
  end)

  -- channel_status: where a member stands in a channel.
  -- ARGV: 1 channel, 2 player
  -- Reply: {'ok', epoch, head, time of the last entry, read epoch, read seq, unread, mentions unread, rank, name}   Errors: {'not-member'}
  command('channel_status', function(keys, argv)
    local owner, bucket, player = keys[1], keys[2], argv[2]
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'not-member' } end
    local member = cjson.decode(record)
    local state = open_channel(owner, bucket, argv[1])
    local epoch, seq, count = read_of(owner, player)
    return { 'ok', state.epoch, state.head, state.at, epoch, seq, unread_after(owner, state, seq, count), calls_after(owner, state, member, seq, count), member.rank,
      redis.call('HGET', owner .. 'info', 'name') or '' }
  end)

  -- channel_seen_by: how many members have read an entry, its author not counted.
  -- ARGV: 1 channel, 2 who asks ('' the system), 3 seq
  -- Reply: {'ok', seen, of how many}   Errors: {'not-member'}, {'entry-not-found'}
  command('channel_seen_by', function(keys, argv)
    local owner, asker, seq = keys[1], argv[2], tonumber(argv[3])
    if asker ~= '' and redis.call('HEXISTS', owner .. 'members', asker) == 0 then return { 'not-member' } end
    local row = redis.call('XRANGE', owner .. 'log', argv[3] .. '-0', argv[3] .. '-0')[1]
    if not row then return { 'entry-not-found' } end
    local from = cjson.decode(row[2][2])[5]
    local author = from ~= 0 and redis.call('HGET', owner .. 'players', int(from))
    local seen, members = 0, redis.call('HKEYS', owner .. 'members')
    local positions = #members > 0 and redis.call('HMGET', owner .. 'read', unpack(members)) or {}
    local total = 0
    for index, player in ipairs(members) do
      if player ~= author then
        total = total + 1
        local at = positions[index] and tonumber(string.match(positions[index], '^%d+:(%d+):'))
        if at and at >= seq then seen = seen + 1 end
      end
    end
    return { 'ok', seen, total }
  end)
end
