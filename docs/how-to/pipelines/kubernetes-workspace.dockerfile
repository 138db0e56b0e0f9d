# The image that the operator runs stacks in: Pulumi, and the provider for its Python.
FROM pulumi/pulumi-python-3.13:3.274.1
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
