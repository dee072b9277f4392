"""Small files of every format, typed by hand; figures are made up unless a test says otherwise."""

from datetime import date

P1D = (
    "ES0000000000000001AA1P;11;2021/10/31 02:00:00;1;1.250;0;0.000;0;0.500;0;0.000;0;0.000;0;"
    "0.000;0;0.000;128;0.000;128;1;0\n"
    "ES0000000000000001AA1P;11;2021/10/31 02:00:00;0;2.500;0;0.000;0;0.500;0;0.000;0;0.000;0;"
    "0.000;0;0.000;128;0.000;128;1;0\n"
)
F5D = (
    "ES0000000000000002BB0F;2026/10/25 02:00;1;189;;;;;;1;0;F/1;0;0\n"
    "ES0000000000000002BB0F;2026/10/25 02:00;0;157;;;;;;1;0;F/1;0;0\n"
    "ES0000000000000002BB0F;2026/10/26 00:00;0;140;;;;;;5;0;F/1;0;0\n"
)
MCILQH = "ES0000000000000003CC1F001;2026;05;01;00;15;1;0.5;0;0;0;0;0;R;\n"
NUMBERED = (
    "CUPS;Fecha;Hora;Consumo_kWh;Metodo_obtencion\n"
    "ES0000000000000004DD;31/10/2021;1;0,100;R\n"
    "ES0000000000000004DD;31/10/2021;25;0,250;E\n"
)
DATADIS = """{"supplies": [{"cups": "ES0000000000000005EE"}], "consumptions": [
 {"datetime": "2026-03-29T01:00:00", "delta_h": 1, "value_kWh": 0.1, "real": true},
 {"datetime": "2026-03-29T03:00:00", "delta_h": 1, "value_kWh": 0.002, "real": false}]}"""
FEED = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom">
 <entry><link rel="self" href="/UsagePoint/P7"/><link rel="up" href="/UsagePoint"/>
  <link rel="related" href="/UsagePoint/P7/MeterReading"/><title>House</title>
  <content><UsagePoint xmlns="http://naesb.org/espi"><ServiceCategory><kind>0</kind>
  </ServiceCategory></UsagePoint></content></entry>
 <entry><link rel="self" href="/UsagePoint/P7/MeterReading/1"/>
  <link rel="up" href="/UsagePoint/P7/MeterReading"/>
  <link rel="related" href="/UsagePoint/P7/MeterReading/1/IntervalBlock"/>
  <link rel="related" href="/ReadingType/1"/><title>Use</title>
  <content><MeterReading xmlns="http://naesb.org/espi"/></content></entry>
 <entry><link rel="self" href="/ReadingType/1"/><link rel="up" href="/ReadingType"/>
  <title>Type</title><content><ReadingType xmlns="http://naesb.org/espi">
  <flowDirection>1</flowDirection><intervalLength>900</intervalLength>
  <powerOfTenMultiplier>-1</powerOfTenMultiplier><uom>72</uom></ReadingType></content></entry>
 <entry><link rel="self" href="/UsagePoint/P7/MeterReading/1/IntervalBlock/1"/>
  <link rel="up" href="/UsagePoint/P7/MeterReading/1/IntervalBlock"/><title/>
  <content><IntervalBlock xmlns="http://naesb.org/espi">
  <interval><duration>1800</duration><start>1767225600</start></interval>
  <IntervalReading><timePeriod><duration>900</duration><start>1767225600</start></timePeriod>
   <value>1234</value></IntervalReading>
  <IntervalReading><ReadingQuality><quality>8</quality></ReadingQuality>
   <timePeriod><duration>900</duration><start>1767226500</start></timePeriod>
   <value>5</value></IntervalReading></IntervalBlock></content></entry>
</feed>"""
MSCONS = (
    "UNA:+.? 'UNB+UNOC:3+1:500+2:500+260401:1200+X'UNH+1+MSCONS:D:04B:UN:2.4c'"
    "BGM+7+1+9'NAD+DP'LOC+172+DE0001'LIN+1'PIA+5+1-1?:1.29.0:SRW'"
    "QTY+220:0.125'DTM+163:202603290045?+00:303'DTM+164:202603290100?+00:303'"
    "QTY+67:0.25'DTM+163:202603290100?+00:303'DTM+164:202603290115?+00:303'"
    "UNT+14+1'UNZ+1+X'"
)
# The sum was worked out over these bytes with the polynomial of DSMR 5 (0xA001, from 0).
TELEGRAM = (
    "/MAI5\\TEST\r\n\r\n0-0:1.0.0(251026023000W)\r\n0-0:96.1.1(4D41494E533031)\r\n"
    "1-0:1.8.1(000012.345*kWh)\r\n1-0:2.8.1(000000.500*kWh)\r\n0-1:96.1.0(47415330303031)\r\n"
    "0-1:24.2.1(251026023000S)(00007.250*m3)\r\n!{sum}\r\n"
)
PLAIN = ("point,start,value,quality\n").replace(
    ",", ";"
) + "M1;2026-10-25T02:00+02:00;1.5;M\nM1;2026-10-25T02:00+01:00;0.25;E\n"


HEADER = "point;start;value;quality\n"


def hours(values, *, point="M1", day=date(2026, 5, 1), mark="M", first=0):
    """
    Return the rows of hours of a day in Madrid's summer time.
    """
    return "".join(
        f"{point};{day}T{first + hour:02d}:00+02:00;{value};{mark}\n"
        for hour, value in enumerate(values)
    )


def crc(text: str) -> str:
    """
    Return the sum of a telegram up to and including its "!".
    """
    value = 0
    for byte in text.encode("latin-1"):
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return f"{value:04X}"


def telegram() -> str:
    """
    Return a telegram with the sum that fits.
    """
    before = TELEGRAM[: TELEGRAM.index("!") + 1]
    return TELEGRAM.replace("{sum}", crc(before))
