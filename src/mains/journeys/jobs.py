from mains.core.jobs import Job

READ_METER_FILE = Job("journeys.read_meter_file")
BUILD_PROVIDER = Job("journeys.build_provider")
TELL_OF_PRICES = Job("journeys.tell_of_prices")
MAKE_BILL_FILE = Job("journeys.make_bill_file")
RUN_TARIFF_LAB = Job("journeys.run_tariff_lab")
READ_BANK_FILE = Job("journeys.read_bank_file")
