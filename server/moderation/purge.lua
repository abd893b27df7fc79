-- Deleting all that a member wrote. One entry tells of it, however much it was, and from then on nobody reads any of it (see `purged_among` in audit.lua); unread counts
-- and what lies beside the entries are put right piece by piece. Parts of the owner, besides `purges`:
--   purging    hash  member's number -> '<up to seq>:<next seq>:<deleted>:<done 0|1>'
-- of a player: gamepurge  hash  nonce -> JSON {done (true: each channel has its entry)?, channels, reason}
-- and of the bucket: purging  zset  '<owner>|<member's number or nonce>' that are not done, by when they began or were last tried in vain.

do
  local KIND_PURGED = '17'

  local function purge_state(owner, number)
    local up_to, next_seq, deleted, done = string.match(redis.call('HGET', owner .. 'purging', number) or '', '^(%d+):(%d+):(%d+):(%d)$')
    if up_to then return tonumber(up_to), tonumber(next_seq), tonumber(deleted), tonumber(done) end
  end

  -- channel_purge: all that a player wrote in a channel up to now is deleted.
  -- ARGV: 1 channel, 2 player, 3 caller ('' the game's backend): who may delete anything and, of a member, outranks him, 4 nonce, 5 entries to keep, 6 print of what is asked,
  --       7 why
  -- Reply: {'ok', epoch, seq, at, repeated} of the entry that tells of it
  -- Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'key-reused'}, {'not-permitted'}, {'member-not-found'} (he has never been one)
  command('channel_purge', function(keys, argv)
    local owner, bucket, channel, player, caller_id = keys[1], keys[2], argv[1], argv[2], argv[3]
    local missing, now = missing_channel(owner), now_ms()
    if missing then return missing end
    local by = '0'
    if caller_id ~= '' then
      by = redis.call('HGET', owner .. 'numbers', caller_id)
      if not by then return { 'not-member' } end
    end
    local first = first_result(owner, by .. ':' .. argv[4], argv[6], now)
    if first then return first end
    local refusal, caller = refused(owner, caller_id, 'deleteAny')
    if refusal then return { refusal } end
    local number = redis.call('HGET', owner .. 'numbers', player)
    if not number then return { 'member-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    if record and caller_id ~= player and not outranks(caller, cjson.decode(record)) then return { 'not-permitted' } end

    local state = open_channel(owner, bucket, channel)
    local up_to = state.head
    local body = '{"who":' .. number .. ',"upTo":' .. int(up_to) .. '}'
    local reply = tell_change(owner, bucket, channel, state, { kind = KIND_PURGED, from = by, body = body, countable = 0, keep = argv[5] }, argv[4], argv[6], now)
    -- At most twenty, which nobody is to be shown until the pieces below have come to them.
    for _, stored in ipairs(redis.call('HVALS', owner .. 'mails')) do
      local mail = cjson.decode(stored)
      if int(mail.from) == number then take_mail(owner, mail.id) end
    end
    redis.call('HSET', owner .. 'purges', number, int(up_to) .. ':' .. by)
    redis.call('HSET', owner .. 'purging', number, int(up_to) .. ':0:0:0')
    redis.call('ZADD', bucket .. 'purging', int(now), channel .. '|' .. number)
    audit(owner, { act = 'purge', by = caller_id, whom = player, why = argv[7], upTo = up_to })
    happened(bucket, 'sanction', { channel = channel, player = player, by = caller_id, sanction = 'purge', reason = argv[7] })
    return reply
  end)

  -- channel_purge_step: puts right the next piece of what was deleted. Whoever does it next, also at the same time, goes on where it stands.
  -- ARGV: 1 channel, 2 member's number, 3 how many entries to look at   Reply: {'ok', done (0|1)}
  command('channel_purge_step', function(keys, argv)
    local owner, bucket, channel, number, most = keys[1], keys[2], argv[1], argv[2], tonumber(argv[3])
    local up_to, from, deleted, done = purge_state(owner, number)
    if up_to and done == 0 then
      local rows = redis.call('XRANGE', owner .. 'log', int(from) .. '-0', int(up_to) .. '-0', 'COUNT', most)
      for _, row in ipairs(rows) do
        local seq, kind, author = string.match(row[2][2], '^%[(%d+),%d+,%d+,(%d+),(%d+),')
        if author == number and COUNTABLE[tonumber(kind)] and not redis.call('ZSCORE', owner .. 'gone', seq) then
          take_content(owner, seq, cjson.decode(row[2][2]))
          deleted = deleted + 1
        end
        from = tonumber(seq) + 1
      end
      done = #rows < most and 1 or 0
      redis.call('HSET', owner .. 'purging', number, int(up_to) .. ':' .. int(from) .. ':' .. int(deleted) .. ':' .. int(done))
    end
    if done == 0 then return { 'ok', 0 } end
    redis.call('ZREM', bucket .. 'purging', channel .. '|' .. number)
    return { 'ok', 1 }
  end)

  -- channel_purge_state: how far it has come.
  -- ARGV: 1 player, 2 caller   Reply: {'ok', up to seq, deleted, done (0|1)}; {'ok'} when nothing of his was ever deleted so
  -- Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}
  command('channel_purge_state', function(keys, argv)
    local owner = keys[1]
    local missing = missing_channel(owner)
    if missing then return missing end
    local refusal = refused(owner, argv[2], 'deleteAny')
    if refusal then return { refusal } end
    local number = redis.call('HGET', owner .. 'numbers', argv[1])
    if not number then return { 'ok' } end
    local up_to, _, deleted, done = purge_state(owner, number)
    if not up_to then return { 'ok' } end
    return { 'ok', up_to, deleted, done }
  end)

  -- player_purge: keeps that all a player wrote in these channels is to be deleted. KEYS are the player's.
  -- ARGV: 1 owner's name, 2 nonce, 3 JSON {channels, reason}, 4 for how long it is kept (ms)
  -- Reply: {'ok', what is kept under this nonce (JSON)}   Errors: {'player-not-found'}
  command('player_purge', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('HEXISTS', owner .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    if redis.call('HSETNX', owner .. 'gamepurge', argv[2], argv[3]) == 1 then
      redis.call('PEXPIRE', owner .. 'gamepurge', argv[4])
      redis.call('ZADD', bucket .. 'purging', int(now_ms()), argv[1] .. '|' .. argv[2])
      audit(owner, { act = 'game-purge', by = '', whom = string.match(argv[1], '^player:(.+)$'), why = cjson.decode(argv[3]).reason })
    end
    return { 'ok', redis.call('HGET', owner .. 'gamepurge', argv[2]) }
  end)

  -- player_purged: each of the channels has its entry.
  -- ARGV: 1 owner's name, 2 nonce   Reply: {'ok'}
  command('player_purged', function(keys, argv)
    local gamepurge = keys[1] .. 'gamepurge'
    local kept = redis.call('HGET', gamepurge, argv[2])
    if kept and not cjson.decode(kept).done then redis.call('HSET', gamepurge, argv[2], '{"done":true,' .. string.sub(kept, 2)) end
    redis.call('ZREM', keys[2] .. 'purging', argv[1] .. '|' .. argv[2])
    return { 'ok' }
  end)
end
