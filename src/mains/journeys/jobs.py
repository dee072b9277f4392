from mains.core.jobs import Job

READ_METER_FILE = Job("journeys.read_meter_file")
BUILD_PROVIDER = Job("journeys.build_provider")
