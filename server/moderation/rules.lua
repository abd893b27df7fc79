-- Rules of what may be written. TypeScript judges a text by them and tells by which it did; what it cannot know for sure, the rank, is compared here.
-- Parts: of an owner that has a channel, in info: rules (JSON of its own rules; its slow mode lies in pace, see ../channel/pace.lua), rulesVersion
-- ('<number of changes>.<ms of the last>': another one after a change was lost with Redis' tail).
-- Of the owner 'studio': rules  hash  'floor:<kind of channel>' -> JSON, 'switch' -> JSON, ':version' as above;  feed  pub/sub: 'r' when they have changed

-- `judged` (see ../channel/judged.ts): '' not at all, else '<rulesVersion> <code>:<least height of the rank>,… hold?'.
-- What a command answers when the rules are others than those it was judged by: {'rules-changed', version, rules}; nil when they are not.
local function rules_changed(owner, judged)
  local version = string.match(judged, '^%S+')
  if not version then return nil end
  local own = redis.call('HGET', owner .. 'info', 'rulesVersion') or '0'
  if own == version then return nil end
  return { 'rules-changed', own, redis.call('HGET', owner .. 'info', 'rules') or '{}' }
end

-- The first code a rank is too low for.
local function rules_refusal(rank, judged)
  for code, height in string.gmatch(judged, '([%a-]+):(%d)') do
    if RANK_HEIGHT[rank] < tonumber(height) then return code end
  end
end

-- Whether it is to wait for review instead of being written.
local function is_held(judged) return string.sub(judged, -5) == ' hold' end

do
  local function next_version(stored)
    return int(tonumber(string.match(stored or '0', '^%d+')) + 1) .. '.' .. int(now_ms())
  end

  -- rules_read: a channel's own rules.
  -- Reply: {'ok', version, rules (JSON), its slow mode (ms)}   Errors: {'guild-not-found'}, {'channel-not-found'}
  command('rules_read', function(keys)
    local owner = keys[1]
    local missing = missing_channel(owner)
    if missing then return missing end
    local stored = redis.call('HMGET', owner .. 'info', 'rulesVersion', 'rules')
    return { 'ok', stored[1] or '0', stored[2] or '{}', redis.call('HGET', owner .. 'pace', ':slow') or '0' }
  end)

  -- rules_set: a channel has these rules of its own, if nobody has changed them meanwhile. What is so already changes nothing.
  -- ARGV: 1 caller ('' the game's backend; permission rules), 2 version they were made from, 3 rules (JSON), 4 slow mode (ms; '' as it is), 5 why ('' untold)
  -- Reply: {'ok'}   Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'conflict'}
  command('rules_set', function(keys, argv)
    local owner = keys[1]
    local missing = missing_channel(owner)
    if missing then return missing end
    local refusal = refused(owner, argv[1], 'rules')
    if refusal then return { refusal } end
    local stored = redis.call('HMGET', owner .. 'info', 'rulesVersion', 'rules')
    if (stored[1] or '0') ~= argv[2] then return { 'conflict' } end
    local slow = redis.call('HGET', owner .. 'pace', ':slow') or '0'
    local same = (stored[2] or '{}') == argv[3]
    if same and (argv[4] == '' or argv[4] == slow) then return { 'ok' } end
    if not same then redis.call('HSET', owner .. 'info', 'rules', argv[3], 'rulesVersion', next_version(stored[1])) end
    if argv[4] ~= '' then redis.call('HSET', owner .. 'pace', ':slow', argv[4]) end
    audit(owner, { act = 'rules', by = argv[1], why = argv[5], rules = argv[3], slowModeMs = tonumber(argv[4] ~= '' and argv[4] or slow) })
    return { 'ok' }
  end)

  -- studio_rules: the floors and the switch, unless they are still those of a version.
  -- ARGV: 1 version known ('' none)   Reply: {'ok', version} or {'ok', version, {field, JSON, …}}
  command('studio_rules', function(keys, argv)
    local version = redis.call('HGET', keys[1] .. 'rules', ':version') or '0'
    if version == argv[1] then return { 'ok', version } end
    return { 'ok', version, rows_in(keys[1] .. 'rules') }
  end)

  -- studio_rules_set: another floor, or another switch, if nobody has changed any of them meanwhile.
  -- ARGV: 1 version they were made from, 2 field, 3 JSON, 4 why ('' untold)   Reply: {'ok'}   Errors: {'conflict'}
  command('studio_rules_set', function(keys, argv)
    local owner = keys[1]
    local version = redis.call('HGET', owner .. 'rules', ':version')
    if (version or '0') ~= argv[1] then return { 'conflict' } end
    if redis.call('HGET', owner .. 'rules', argv[2]) == argv[3] then return { 'ok' } end
    redis.call('HSET', owner .. 'rules', argv[2], argv[3], ':version', next_version(version))
    audit(owner, { act = argv[2] == 'switch' and 'switch' or 'floor', by = '', why = argv[4], of = string.match(argv[2], '^floor:(.+)$'), now = argv[3] })
    redis.call('SPUBLISH', owner .. 'feed', 'r')
    return { 'ok' }
  end)

  -- player_minor: whether a player is a minor, unless something newer is known. KEYS are the player's; beside his standing (sanctions.lua), by which it reaches all processes.
  -- ARGV: 1 player, 2 '1' | '0', 3 when it was said (ms; '' now)   Reply: {'ok'}   Errors: {'player-not-found'}
  command('player_minor', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('HEXISTS', owner .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    local stored = redis.call('HGET', owner .. 'standing', 'minor') or '0 0'
    local is, at = string.match(stored, '^(%d) (%d+)$')
    local said = argv[3] == '' and now_ms() or tonumber(argv[3])
    -- A token tells when it was issued in whole seconds; one of the second of the last change counts.
    if said < math.floor(tonumber(at) / 1000) * 1000 then return { 'ok' } end
    if is == argv[2] and argv[3] ~= '' then return { 'ok' } end
    redis.call('HSET', owner .. 'standing', 'minor', argv[2] .. ' ' .. int(math.max(said, tonumber(at))))
    if is == argv[2] then return { 'ok' } end
    redis.call('INCR', bucket .. 'standings')
    redis.call('SPUBLISH', bucket .. 'personal', cjson.encode({ argv[1], { type = 'standing' } }))
    return { 'ok' }
  end)
end
