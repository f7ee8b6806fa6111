/** One payload of each channel, written by hand after `pipeline.md` §1 and `binance-today.md`. */
export const SAMPLES = {
  depth:
    '{"e":"depthUpdate","E":1772438417300,"T":1772438417295,"s":"BTCUSDT","U":4100612022421,"u":4100612022463,"pu":4100612022419,"b":[["67438.30","0.393"],["67999.00","0.000"]],"a":[["67998.80","120.225"]]}',
  aggTrade:
    '{"e":"aggTrade","E":1772438418081,"a":2900371002,"s":"BTCUSDT","p":"67999.10","q":"0.097","f":6500441127,"l":6500441129,"T":1772438418073,"m":true}',
  trade:
    '{"e":"trade","E":1723161256560,"T":1723161256559,"s":"ETHUSDT","t":4308068523,"p":"2681.62","q":"1.000","X":"MARKET","m":false}',
  bookTicker:
    '{"e":"bookTicker","u":5123107838717,"s":"ETHUSDT","b":"2681.62","B":"1.165","a":"2681.63","A":"73.077","T":1723161256310,"E":1723161256311}',
  forceOrder:
    '{"e":"forceOrder","E":1772438426013,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014","p":"67777.90","ap":"68001.00","X":"FILLED","l":"0.004","z":"0.013","T":1772438426012}}',
  markPrice:
    '{"e":"markPriceUpdate","E":1772438417303,"s":"BTCUSDT","p":"67997.52294661","i":"67994.80304569","P":"67998.73838822","r":"-0.00010004","T":1772467200000}',
  depthSnapshot:
    '{"lastUpdateId":4100612022567,"E":1772438417403,"T":1772438417396,"bids":[["67999.00","0.235"],["67998.90","0.055"]],"asks":[["67999.10","3.000"]]}',
  openInterest: '{"symbol":"BTCUSDT","openInterest":"82578.747","time":1772438416994}',
  topLongShortAccountRatio:
    '[{"symbol":"BTCUSDT","longAccount":"0.5728","longShortRatio":"1.3408","shortAccount":"0.4272","timestamp":1772438400000}]',
  serverTime: '{"serverTime":1772438400123}',
  exchangeInfo:
    '{"timezone":"UTC","serverTime":1772438400500,"symbols":[{"symbol":"BTCUSDT","contractType":"PERPETUAL","status":"TRADING","pricePrecision":2,"quantityPrecision":3,"filters":[{"filterType":"PRICE_FILTER","tickSize":"0.10"},{"filterType":"LOT_SIZE","stepSize":"0.001"}]}]}',
} as const

/** As a socket of a combined stream sends it. */
export const wrapped = (stream: string, payload: string): string =>
  `{"stream":"${stream}","data":${payload}}`
