-- Friends: who came by a member's invitation or code (see joining.lua). A further part of a bucket:
--   friends             sorted set  JSON [guild, player, who invited him, number of his claim] -> when it is looked whether he stayed

do
  -- A friend has stayed when he was seen so shortly before.
  local ACTIVE_MS = 3 * 86400000

  -- friends_due: friends of whom it is time to see whether they stayed. KEYS: 1 the bucket's prefix.
  -- ARGV: 1 now in ms ('' by Redis' clock), 2 most   Reply: {item, stayed (0|1), …}
  command('friends_due', function(keys, argv)
    local bucket, now = keys[1], tonumber(argv[1]) or now_ms()
    local reply = {}
    for _, item in ipairs(redis.call('ZRANGE', bucket .. 'friends', '-inf', int(now), 'BYSCORE', 'LIMIT', 0, argv[2])) do
      local guild, player, _, claim = unpack(cjson.decode(item))
      local owner = bucket .. 'guild:' .. guild .. ':'
      local record = redis.call('HGET', owner .. 'members', player)
      local seen = tonumber(redis.call('HGET', owner .. 'seen', player) or '0')
      local stayed = record and cjson.decode(record).c == claim and seen >= tonumber(redis.call('ZSCORE', bucket .. 'friends', item)) - ACTIVE_MS
      reply[#reply + 1] = item
      reply[#reply + 1] = stayed and 1 or 0
    end
    return reply
  end)

  -- friend_judged: what came of a friend is settled, and told once. KEYS: 1 the bucket's prefix.
  -- ARGV: 1 item, 2 stayed (0|1), 3 who invited him, as he is known by now   Reply: 1 it was settled now, 0 it was before
  command('friend_judged', function(keys, argv)
    if redis.call('ZREM', keys[1] .. 'friends', argv[1]) == 0 then return 0 end
    if argv[2] == '1' then
      local guild, player = unpack(cjson.decode(argv[1]))
      happened(keys[1], 'friend-stayed', { guild = guild, player = player, inviter = argv[3] })
    end
    return 1
  end)
end
