from mains.core.jobs import Job

FILE_BILLS = Job("einvoices.file_bills", queue="billing")
