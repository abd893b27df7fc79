-- What a player is told by push, and how what may be on his screens leaves them. KEYS are the player's. Parts of his owner:
--   told      hash        mark (a notice's id, or a digest's) -> JSON {tag, at, stamp, got: {device, …}, over, digest}: an intent, written before FCM is asked, and which devices got it; over: none
--                         did, nor will; digest: of a notice, a digest tells of it, under the digest's tag
--   bursts    hash        '<channel>|<u|i>' -> JSON {at, pushes, notices, tag, seq, from, stamp, shown: {at, stamp, got}?}: what he was last told of a channel by itself, urgent or not, and
--                         has not read. from, stamp: of its first intent and its last; shown: of the last that devices got, which stands for all from its first on, and when they did
--   pushed    sorted set  tag and number -> when it went out by itself, in ms; of the last 24 h, urgent ones not counted (digests: see digest.lua)
--   screen    hash        tag -> '<seq> <channel> <ms> <mark>': what may be on his screens: up to which seq of the channel it tells (0: nothing that can be read), and the newest it tells: when
--                         that happened (0: a digest), and its mark
--   clearing  hash        tag -> the same: what is to be taken off them
--   pushing   hash        stamp (rises with each intent and each change of what he prefers), ios (when his iOS devices were last told what to take off, in ms), changed (when he changed what he prefers, in ms),
--                         'read:<channel>' (up to where he last read it short of what was on its way to his screens)
-- and of the bucket: due, with 'clear:<player>' (see due.lua).

local screens = { KEPT_MS = 3 * 86400000 }
do
  -- What is read within this time is taken off the screens together.
  local GATHERED_MS = 2000

  -- Parts of a row of `screen`: seq, channel, when the newest happened, its mark.
  function screens.shown_in(row)
    local seq, channel, at, mark = string.match(row, '^(%d+) (%S*) (%d+) (.*)$')
    return tonumber(seq), channel, tonumber(at), mark
  end

  function screens.keep(owner, ...)
    for _, part in ipairs({ ... }) do redis.call('PEXPIRE', owner .. part, screens.KEPT_MS) end
  end

  function screens.take_off(owner, bucket, player, tag, what, now)
    redis.call('HSET', owner .. 'clearing', tag, what)
    screens.keep(owner, 'clearing')
    redis.call('ZADD', bucket .. 'due', 'LT', int(now + GATHERED_MS), 'clear:' .. player)
  end

  -- What is shown under a tag is no burst any more; `pushes`: only if no more than so many went out.
  function screens.end_bursts(owner, tag, pushes)
    local ended, all = false, redis.call('HGETALL', owner .. 'bursts')
    for index = 1, #all, 2 do
      local burst = cjson.decode(all[index + 1])
      if burst.tag == tag and burst.pushes <= (pushes or math.huge) then
        redis.call('HDEL', owner .. 'bursts', all[index])
        ended = true
      end
    end
    return ended
  end

  -- What is about to be told him is to be decided anew.
  function screens.anew(owner)
    redis.call('HINCRBY', owner .. 'pushing', 'stamp', 1)
    screens.keep(owner, 'pushing')
  end

  -- The player has read a channel up to a seq (math.huge: he has left it): what told him of it is taken off his screens, and is no burst any more.
  function screens.read(owner, bucket, player, channel, seq, now)
    local screen = redis.call('HGETALL', owner .. 'screen')
    for index = 1, #screen, 2 do
      local up_to, of = screens.shown_in(screen[index + 1])
      -- What has no entry is not read with the channel.
      if of == channel and up_to <= seq and (up_to > 0 or seq == math.huge) then
        redis.call('HDEL', owner .. 'screen', screen[index])
        screens.take_off(owner, bucket, player, screen[index], screen[index + 1], now)
      elseif of == channel and up_to > seq then
        -- What is being sent may be undone: then what it was to take the place of is read.
        redis.call('HSET', owner .. 'pushing', 'read:' .. channel, int(seq))
      end
    end
    if #screen == 0 then return end
    redis.call('HDEL', owner .. 'bursts', channel .. '|u', channel .. '|i')
    -- A push that was decided before must not keep on the screens what is to leave them.
    screens.anew(owner)
  end

  -- player_push_off: what is told under this mark is to leave the screens, whether he has read it or not, unless something newer has taken its place.
  -- ARGV: 1 player, 2 mark   Reply: {'ok', 1 it does | 0 nothing of it is shown}
  command('player_push_off', function(keys, argv)
    local owner = keys[1]
    local told = redis.call('HGET', owner .. 'told', argv[2])
    local tag = told and cjson.decode(told).tag
    local row = tag and redis.call('HGET', owner .. 'screen', tag)
    if not row or select(4, screens.shown_in(row)) ~= argv[2] then return { 'ok', 0 } end
    redis.call('HDEL', owner .. 'screen', tag)
    screens.take_off(owner, keys[2], argv[1], tag, row, now_ms())
    screens.end_bursts(owner, tag)
    -- A push that was decided before must not go on where this has ended.
    screens.anew(owner)
    return { 'ok', 1 }
  end)

  -- player_push_over: an entry of a channel was deleted, or a request or an invitation there is over: what is shown of it leaves the screens.
  -- ARGV: 1 player, 2 channel, 3 the entry's seq, or what ('asks' or 'invited') and who   Reply: {'ok'}
  command('player_push_over', function(keys, argv)
    local owner, screen, found = keys[1], redis.call('HGETALL', keys[1] .. 'screen'), false
    for index = 1, #screen, 2 do
      local _, of, _, mark = screens.shown_in(screen[index + 1])
      -- A mark is '<channel>:<epoch>:<seq>', or instead of a seq '<what> <ms> <who>'.
      local key = of == argv[2] and string.match(string.sub(mark, #of + 2), '^%d+:(.*)$')
      if key and string.gsub(key, '^(%a+) %d+ ', '%1 ') == argv[3] then
        redis.call('HDEL', owner .. 'screen', screen[index])
        screens.take_off(owner, keys[2], argv[1], screen[index], screen[index + 1], now_ms())
        screens.end_bursts(owner, screen[index])
        found = true
      end
    end
    if found then screens.anew(owner) end
    return { 'ok' }
  end)

  -- player_push_left: a notice is left to a digest. If it was begun and no device is known to have got it, it leaves the screens it may be on, so that the digest can tell it.
  -- ARGV: 1 player, 2 mark   Reply: {'ok'}
  command('player_push_left', function(keys, argv)
    local owner = keys[1]
    local stored = redis.call('HGET', owner .. 'told', argv[2])
    local told = stored and cjson.decode(stored)
    if not told or told.got or told.digest then return { 'ok' } end
    redis.call('HDEL', owner .. 'told', argv[2])
    local row = redis.call('HGET', owner .. 'screen', told.tag)
    if row and select(4, screens.shown_in(row)) == argv[2] then
      redis.call('HDEL', owner .. 'screen', told.tag)
      screens.take_off(owner, keys[2], argv[1], told.tag, row, now_ms())
      screens.end_bursts(owner, told.tag)
      screens.anew(owner)
    end
    return { 'ok' }
  end)

  -- player_push_clearing: what is to be taken off the screens.   Reply: {'ok', {tag, its row, …}}
  command('player_push_clearing', function(keys)
    return { 'ok', redis.call('HGETALL', keys[1] .. 'clearing') }
  end)

  -- player_push_turn: whether iOS devices may be told now what to take off; if not, it is looked at again when they may.
  -- ARGV: 1 player, 2 ms between two turns   Reply: {'ok', in how many ms (0: now, and the turn is taken)}
  command('player_push_turn', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local next_at = (tonumber(redis.call('HGET', owner .. 'pushing', 'ios')) or 0) + tonumber(argv[2])
    if next_at > now then
      redis.call('ZADD', keys[2] .. 'due', 'LT', int(next_at), 'clear:' .. argv[1])
      return { 'ok', next_at - now }
    end
    redis.call('HSET', owner .. 'pushing', 'ios', int(now))
    screens.keep(owner, 'pushing')
    return { 'ok', 0 }
  end)

  -- player_push_cleared: the devices were told to take these off.   ARGV: tags   Reply: {'ok'}
  command('player_push_cleared', function(keys, argv)
    if #argv > 0 then redis.call('HDEL', keys[1] .. 'clearing', unpack(argv)) end
    return { 'ok' }
  end)
end
